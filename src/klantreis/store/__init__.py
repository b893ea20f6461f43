"""Where a workspace is kept: a folder of YAML files, or a database."""

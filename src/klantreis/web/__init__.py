"""The browser: pages that a server draws and that need no script."""

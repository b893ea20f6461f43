"""The pages of one map: the map itself, the evidence beside it, the forms that change it, and its history."""

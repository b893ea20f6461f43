"""What customers want done."""

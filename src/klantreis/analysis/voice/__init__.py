"""What it adds up to when customers speak: experience, price, outcomes, and how far coders agree."""

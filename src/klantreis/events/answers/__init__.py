"""What a log answers, wherever it is kept: frozen results, and the arithmetic from counts to what is said."""

"""What a caller hears of sentences, and when: spoken text, simulated voices, fillers, barge-in."""

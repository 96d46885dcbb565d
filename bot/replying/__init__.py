"""From a message in its conversation to a Reply: what it means, what is shown without a search, what answers it."""

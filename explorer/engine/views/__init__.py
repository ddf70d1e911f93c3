"""Views computed: requests, their inputs, and the frames that answer them."""

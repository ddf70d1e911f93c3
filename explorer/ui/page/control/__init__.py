"""Control of a page: knows its state and the host, and signals what widgets show."""

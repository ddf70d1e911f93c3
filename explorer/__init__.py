"""Deep Generative Model Explorer: a laboratory in which deep generative models are trained and looked at."""

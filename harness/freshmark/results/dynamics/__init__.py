"""How a model ages, learns, forgets and recovers; how updates and queues slow answers.

Imports `statistics`, `metrics` and `stored`; never `decision` or `output`.
"""

"""What runs recorded, and what follows from it.

Rooms, each of which imports only those after it: `tables` (Results, the public face), `output`, `dynamics` and
`decision`, `stored`, `metrics`, `statistics`.
"""

"""Where Sun, Moon and planets stand, when something happens to them, and whether returns care.

Positions come from the library ephem (VSOP87 and a lunar theory); everything else is derived from them here.
A moment is a float: days of universal time since 1899-12-31 12:00, as ephem counts them (`moments`).
"""

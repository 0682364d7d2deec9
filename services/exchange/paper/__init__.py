"""PaperExchange: an honest matching engine behind the ports, with made-up money and somebody else's prices.

`engine` and what it stands on are pure: no clock, no waiting, no files. `exchange`, `account` and `orders`
put them behind the ports; `files` keeps the accounts. No wire format belongs here.
"""

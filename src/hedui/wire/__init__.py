"""
Put authorization, inquiry and reply into words that a stranger can verify alone (报文).

The messages are a profile of the SPDCI (DCI) registry search API; `docs/reference/wire.md`
is its full text. Nothing here opens a connection, reads a clock or knows a database.
"""

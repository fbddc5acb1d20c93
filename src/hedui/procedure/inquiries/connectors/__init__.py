"""
连接 (connectors): one file per protocol, each the last step of a question, the first of an answer.

Only `inquiries.dispatch` may call them (a contract of the house), and only with an envelope that
the gate has let through.
"""

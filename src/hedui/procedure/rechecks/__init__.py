"""
定期复核 (rechecks): who is due, the lists that officers work through, and the second look.

Clause: 社会救助暂行办法 第13条. A list says whom to look at, in which turn, and concludes nothing:
aid goes on until people, by the same course as ever, have decided otherwise.
"""

"""值: the small, frozen, self-checking values that everything above is made of.

Fen and yuan (金额), resident identity numbers (公民身份号码), personal names (姓名), identity
matches (身份比对), divisions (行政区划), periods (期间) and working days (工作日). Nothing here
knows a framework, a file of the user or the clock: dates are arguments. Import the module you
need; this package itself exports nothing.
"""

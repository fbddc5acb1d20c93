"""
委托 (commissions): who orders what, for which programme.

Clause: 社会救助暂行办法 art. 58. An agency's order to the verification body to verify one case; it
freezes the declaration. The verification body answers it and never decides eligibility.
"""

"""
审核确认 (determinations): what the civil affairs department concludes; people do, no machine.

Clause: 社会救助暂行办法 第11条; 个人信息保护法 第24条. The rules suggest, an officer proposes with
reasons, another confirms. What goes against a family waits until it was told and had its time to
object, and the discrepancy was confirmed apart from the source that showed it.
"""

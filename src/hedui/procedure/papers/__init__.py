"""
文书 (papers): the forms of the procedure as data, and the notices that are handed to the family.

Clause: 社会救助暂行办法 第11条、第13条. A form is a text with fields, which a place may replace by
its own; printing one is an act. A notice tells what people concluded, is numbered, never changed,
and its delivery is recorded.
"""

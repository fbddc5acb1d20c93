"""
授权 (authorizations): no inquiry without written authorization 先授权后查询.

Clause: notice, part 二(二). One natural person's signed permission: items, purpose, period,
validity; issued as an artefact that a department can verify alone; revocable at once.
"""

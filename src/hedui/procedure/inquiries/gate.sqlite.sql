
DROP TRIGGER IF EXISTS inquiries_inquiry_gate
-- ;;
CREATE TRIGGER inquiries_inquiry_gate BEFORE INSERT ON inquiries_inquiry
BEGIN
  -- An entry is written when its act is over, so none that stands can cover what is asked now.
  SELECT RAISE(ABORT, 'gate: no question joins an act that is over')
  WHERE EXISTS (SELECT 1 FROM record_entry e WHERE e.id = NEW.entry_id);
  SELECT RAISE(ABORT, 'gate: declaration not frozen, or not of this case and person')
  WHERE NOT EXISTS (
    SELECT 1 FROM commissions_commission c
    JOIN cases_declaration d ON d.id = c.declaration_id AND d.case_id = c.case_id
    JOIN cases_member m ON m.id = NEW.member_id AND m.case_id = c.case_id
    WHERE c.id = NEW.commission_id AND c.closed_at IS NULL
      AND d.frozen_at IS NOT NULL AND NOT m.replaced);
  SELECT RAISE(ABORT, 'gate: no authorization of this person for this purpose')
  WHERE NOT EXISTS (
    SELECT 1 FROM authorizations_authorization a
    JOIN commissions_commission c ON c.id = NEW.commission_id
    WHERE a.id = NEW.authorization_id AND a.member_id = NEW.member_id
      AND a.case_id = c.case_id AND a.purpose = NEW.purpose AND c.purpose = NEW.purpose);
  SELECT RAISE(ABORT, 'gate: authorization revoked')
  WHERE EXISTS (
    SELECT 1 FROM authorizations_authorization a
    WHERE a.id = NEW.authorization_id AND a.revoked_at IS NOT NULL);
  SELECT RAISE(ABORT, 'gate: authorization not in force now')
  WHERE NOT EXISTS (
    SELECT 1 FROM authorizations_authorization a
    WHERE a.id = NEW.authorization_id AND a.valid_from <= strftime('%Y-%m-%d %H:%M:%f', 'now') AND a.valid_until > strftime('%Y-%m-%d %H:%M:%f', 'now'));
  SELECT RAISE(ABORT, 'gate: items must be a list, not empty, all of this source')
  WHERE NOT json_valid(NEW.items) OR json_array_length(NEW.items) = 0
     OR EXISTS (SELECT 1 FROM json_each(NEW.items) i
                WHERE i.type <> 'text'
                   OR substr(i.value, 1, length(NEW.source) + 1) <> NEW.source || '.');
  -- EXCEPT, never NOT IN: beside a null among what is authorized, that is neither true nor false.
  SELECT RAISE(ABORT, 'gate: item not authorized')
  WHERE EXISTS (
    SELECT i.value FROM json_each(NEW.items) i
    EXCEPT SELECT g.value FROM authorizations_authorization a, json_each(a.items) g
    WHERE a.id = NEW.authorization_id);
  SELECT RAISE(ABORT, 'gate: item beyond what the programme needs')
  WHERE EXISTS (
    SELECT i.value FROM json_each(NEW.items) i
    EXCEPT SELECT n.value FROM inquiries_allowlist w, json_each(w.items) n
    WHERE w.programme = NEW.purpose AND w.ended_at IS NULL);
  SELECT RAISE(ABORT, 'gate: department does not hold this source')
  WHERE NOT EXISTS (
    SELECT 1 FROM agencies_department p
    WHERE p.id = NEW.department_id AND p.source = NEW.source);
  SELECT RAISE(ABORT, 'gate: no agreement with this department, there and today')
  WHERE NOT EXISTS (
    SELECT 1 FROM agencies_department p
    JOIN agencies_agreement g ON g.id = NEW.agreement_id AND g.department_id = p.id
    JOIN commissions_commission c ON c.id = NEW.commission_id
    JOIN cases_case k ON k.id = c.case_id
    WHERE p.id = NEW.department_id AND p.first_day <= date('now', '+8 hours')
      AND (p.last_day IS NULL OR p.last_day >= date('now', '+8 hours'))
      AND g.approved_at IS NOT NULL AND g.approved_by <> g.proposed_by
      AND g.first_day <= date('now', '+8 hours') AND g.last_day >= date('now', '+8 hours')
      AND (g.ended_at IS NULL OR substr(g.ended_at, 1, 23) > strftime('%Y-%m-%d %H:%M:%f', 'now'))
      AND p.division IN (k.division, substr(k.division, 1, 4) || '00',
                         substr(k.division, 1, 2) || '0000'));
  SELECT RAISE(ABORT, 'gate: item not in the agreement')
  WHERE EXISTS (
    SELECT i.value FROM json_each(NEW.items) i
    EXCEPT SELECT t.value FROM agencies_agreement g, json_each(g.items) t
    WHERE g.id = NEW.agreement_id);
  SELECT RAISE(ABORT, 'gate: a deadline lies ahead, by eleven days at most')
  WHERE NEW.due_at <= strftime('%Y-%m-%d %H:%M:%f', 'now')
     OR NEW.due_at > strftime('%Y-%m-%d %H:%M:%f', 'now', '+11 days');
END
-- ;;
DROP TRIGGER IF EXISTS inquiries_ticket_gate
-- ;;
CREATE TRIGGER inquiries_ticket_gate BEFORE INSERT ON inquiries_ticket
BEGIN
  SELECT RAISE(ABORT, 'gate: no question joins an act that is over')
  WHERE EXISTS (SELECT 1 FROM record_entry e WHERE e.id = NEW.entry_id);
  SELECT RAISE(ABORT, 'gate: the case is closed or the person was replaced')
  WHERE NOT EXISTS (
    SELECT 1 FROM inquiries_inquiry q
    JOIN commissions_commission c ON c.id = q.commission_id AND c.closed_at IS NULL
    JOIN cases_member m ON m.id = q.member_id AND NOT m.replaced
    WHERE q.id = NEW.inquiry_id);
  SELECT RAISE(ABORT, 'gate: authorization revoked')
  WHERE NOT EXISTS (
    SELECT 1 FROM inquiries_inquiry q
    JOIN authorizations_authorization a ON a.id = q.authorization_id
    WHERE q.id = NEW.inquiry_id AND a.revoked_at IS NULL);
  SELECT RAISE(ABORT, 'gate: authorization not in force now')
  WHERE NOT EXISTS (
    SELECT 1 FROM inquiries_inquiry q
    JOIN authorizations_authorization a ON a.id = q.authorization_id
    WHERE q.id = NEW.inquiry_id
      AND a.valid_from <= strftime('%Y-%m-%d %H:%M:%f', 'now') AND a.valid_until > strftime('%Y-%m-%d %H:%M:%f', 'now'));
  SELECT RAISE(ABORT, 'gate: the agreement is not in force now')
  WHERE NOT EXISTS (
    SELECT 1 FROM inquiries_inquiry q
    JOIN agencies_agreement g ON g.id = q.agreement_id
    WHERE q.id = NEW.inquiry_id AND g.last_day >= date('now', '+8 hours')
      AND (g.ended_at IS NULL OR substr(g.ended_at, 1, 23) > strftime('%Y-%m-%d %H:%M:%f', 'now')));
  SELECT RAISE(ABORT, 'gate: outside the hours agreed')
  WHERE EXISTS (
    SELECT 1 FROM inquiries_inquiry q
    JOIN agencies_agreement g ON g.id = q.agreement_id
    WHERE q.id = NEW.inquiry_id
      AND CASE WHEN g.opens <= g.closes
               THEN time('now', '+8 hours') < g.opens OR time('now', '+8 hours') >= g.closes
               ELSE time('now', '+8 hours') < g.opens AND time('now', '+8 hours') >= g.closes END);
  SELECT RAISE(ABORT, 'gate: already answered or past the deadline')
  WHERE EXISTS (SELECT 1 FROM inquiries_reply r
                WHERE r.inquiry_id = NEW.inquiry_id AND r.conclusive)
     OR EXISTS (SELECT 1 FROM inquiries_inquiry q
                WHERE q.id = NEW.inquiry_id AND q.due_at <= strftime('%Y-%m-%d %H:%M:%f', 'now'));
  SELECT RAISE(ABORT, 'gate: a ticket lives ten minutes at most')
  WHERE NEW.expires_at <= strftime('%Y-%m-%d %H:%M:%f', 'now')
     OR NEW.expires_at > strftime('%Y-%m-%d %H:%M:%f', 'now', '+10 minutes');
  SELECT RAISE(ABORT, 'gate: a ticket ends with the authorization and the deadline')
  WHERE EXISTS (SELECT 1 FROM inquiries_inquiry q
                JOIN authorizations_authorization a ON a.id = q.authorization_id
                WHERE q.id = NEW.inquiry_id
                  AND (NEW.expires_at > q.due_at OR NEW.expires_at > a.valid_until));
  SELECT RAISE(ABORT, 'gate: a ticket is minted now')
  WHERE NEW.minted_at > strftime('%Y-%m-%d %H:%M:%f', 'now', '+1 seconds')
     OR NEW.minted_at < strftime('%Y-%m-%d %H:%M:%f', 'now', '-1 minutes');
END
-- ;;
DROP TRIGGER IF EXISTS inquiries_reply_fits_its_ticket
-- ;;
CREATE TRIGGER inquiries_reply_fits_its_ticket BEFORE INSERT ON inquiries_reply
BEGIN
  SELECT RAISE(ABORT, 'reply: the ticket is of another inquiry')
  WHERE NOT EXISTS (SELECT 1 FROM inquiries_ticket t
                    WHERE t.id = NEW.ticket_id AND t.inquiry_id = NEW.inquiry_id);
  SELECT RAISE(ABORT, 'reply: silence concludes nothing, an answer does')
  WHERE NEW.outcome NOT IN ('FOUND', 'PARTIAL', 'NOT_FOUND', 'MULTIPLE', 'NAME_MISMATCH', 'REFUSED',
                            'UNAVAILABLE', 'UNREADABLE', 'NO_ANSWER', 'DISCARDED')
     OR NEW.conclusive <> (NEW.outcome NOT IN ('UNAVAILABLE', 'UNREADABLE', 'NO_ANSWER', 'DISCARDED'));
  SELECT RAISE(ABORT, 'reply: the authorization was revoked before it came')
  WHERE NEW.conclusive AND EXISTS (
    SELECT 1 FROM inquiries_inquiry q
    JOIN authorizations_authorization a ON a.id = q.authorization_id
    WHERE q.id = NEW.inquiry_id AND a.revoked_at IS NOT NULL);
END
-- ;;
DROP TRIGGER IF EXISTS inquiries_fact_was_found
-- ;;
CREATE TRIGGER inquiries_fact_was_found BEFORE INSERT ON inquiries_fact
BEGIN
  SELECT RAISE(ABORT, 'fact: only what a source has found')
  WHERE NOT EXISTS (SELECT 1 FROM inquiries_reply r
                    WHERE r.id = NEW.reply_id AND r.outcome IN ('FOUND', 'PARTIAL'));
  -- An entry is written when its act is over: no fact joins a reply that stands.
  SELECT RAISE(ABORT, 'fact: it comes with its reply')
  WHERE EXISTS (SELECT 1 FROM inquiries_reply r JOIN record_entry e ON e.id = r.entry_id
                WHERE r.id = NEW.reply_id);
END
-- ;;
-- INSERT OR REPLACE deletes the row in its way without firing the triggers of DELETE. So it is
-- refused where a row would be in its way: by a key, or by its place in the table (rowid).
DROP TRIGGER IF EXISTS inquiries_allowlist_only_ends
-- ;;
CREATE TRIGGER inquiries_allowlist_only_ends BEFORE UPDATE ON inquiries_allowlist
BEGIN
  SELECT RAISE(ABORT, 'allow-list: never changed, only ended once')
  WHERE OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL OR NEW.id <> OLD.id
     OR NEW.programme <> OLD.programme OR NEW.items <> OLD.items OR NEW.digest <> OLD.digest
     OR NEW.began_at <> OLD.began_at OR NEW.entry_id <> OLD.entry_id OR NEW.rowid <> OLD.rowid;
END
-- ;;
-- Standing 资格 at every dispatch: AFTER, so that the gate above speaks first.
DROP TRIGGER IF EXISTS inquiries_inquiry_standing
-- ;;
CREATE TRIGGER inquiries_inquiry_standing AFTER INSERT ON inquiries_inquiry
BEGIN
  SELECT RAISE(ABORT, 'gate: issued in another county, to be signed anew')
  WHERE EXISTS (SELECT 1 FROM authorizations_authorization a
                JOIN cases_case k ON k.id = a.case_id
                WHERE a.id = NEW.authorization_id AND a.issuer <> '' AND a.issuer <> k.division);
  SELECT RAISE(ABORT, 'gate: the guardian has no standing any more')
  WHERE EXISTS (
    SELECT 1 FROM authorizations_authorization a
    JOIN authorizations_guardianship g ON g.id = a.guardianship_id
    JOIN cases_member m ON m.id = g.member_id
    LEFT JOIN cases_member w ON w.id = g.guardian_id
    WHERE a.id = NEW.authorization_id
      AND (g.ended_at IS NOT NULL OR m.replaced OR w.replaced
           OR (g.ground IN ('under_14', 'under_18')
               AND CAST(strftime('%Y%m%d', 'now', '+8 hours') AS INTEGER)
                 - CAST(strftime('%Y%m%d', m.birth_date) AS INTEGER) >= 180000)
           OR EXISTS (SELECT 1 FROM authorizations_guardianship o
                      WHERE o.member_id = g.guardian_id AND o.ended_at IS NULL
                        AND o.ground IN ('no_capacity', 'limited_capacity'))));
  SELECT RAISE(ABORT, 'gate: a second officer has not confirmed the signature')
  WHERE EXISTS (
    SELECT 1 FROM authorizations_authorization a
    JOIN cases_case k ON k.id = a.case_id
    JOIN agencies_agency y ON y.id = k.agency_id AND y.second_person
    WHERE a.id = NEW.authorization_id
      AND NOT EXISTS (SELECT 1 FROM authorizations_confirmation c
                      JOIN record_entry by_ ON by_.id = c.entry_id
                      JOIN record_entry in_ ON in_.id = a.entry_id
                      WHERE c.authorization_id = a.id AND by_.actor <> in_.actor
                        AND by_.act = 'authorizations.confirm' AND by_."case" = a.case_id));
END
-- ;;
DROP TRIGGER IF EXISTS inquiries_ticket_standing
-- ;;
CREATE TRIGGER inquiries_ticket_standing AFTER INSERT ON inquiries_ticket
BEGIN
  SELECT RAISE(ABORT, 'gate: issued in another county, to be signed anew')
  WHERE EXISTS (SELECT 1 FROM authorizations_authorization a
                JOIN cases_case k ON k.id = a.case_id
                WHERE a.id = (SELECT q.authorization_id FROM inquiries_inquiry q WHERE q.id = NEW.inquiry_id) AND a.issuer <> '' AND a.issuer <> k.division);
  SELECT RAISE(ABORT, 'gate: the guardian has no standing any more')
  WHERE EXISTS (
    SELECT 1 FROM authorizations_authorization a
    JOIN authorizations_guardianship g ON g.id = a.guardianship_id
    JOIN cases_member m ON m.id = g.member_id
    LEFT JOIN cases_member w ON w.id = g.guardian_id
    WHERE a.id = (SELECT q.authorization_id FROM inquiries_inquiry q WHERE q.id = NEW.inquiry_id)
      AND (g.ended_at IS NOT NULL OR m.replaced OR w.replaced
           OR (g.ground IN ('under_14', 'under_18')
               AND CAST(strftime('%Y%m%d', 'now', '+8 hours') AS INTEGER)
                 - CAST(strftime('%Y%m%d', m.birth_date) AS INTEGER) >= 180000)
           OR EXISTS (SELECT 1 FROM authorizations_guardianship o
                      WHERE o.member_id = g.guardian_id AND o.ended_at IS NULL
                        AND o.ground IN ('no_capacity', 'limited_capacity'))));
  SELECT RAISE(ABORT, 'gate: a second officer has not confirmed the signature')
  WHERE EXISTS (
    SELECT 1 FROM authorizations_authorization a
    JOIN cases_case k ON k.id = a.case_id
    JOIN agencies_agency y ON y.id = k.agency_id AND y.second_person
    WHERE a.id = (SELECT q.authorization_id FROM inquiries_inquiry q WHERE q.id = NEW.inquiry_id)
      AND NOT EXISTS (SELECT 1 FROM authorizations_confirmation c
                      JOIN record_entry by_ ON by_.id = c.entry_id
                      JOIN record_entry in_ ON in_.id = a.entry_id
                      WHERE c.authorization_id = a.id AND by_.actor <> in_.actor
                        AND by_.act = 'authorizations.confirm' AND by_."case" = a.case_id));
END
-- ;;
DROP TRIGGER IF EXISTS inquiries_requestfile_begins_unsent
-- ;;
CREATE TRIGGER inquiries_requestfile_begins_unsent BEFORE INSERT ON inquiries_requestfile
BEGIN
  SELECT RAISE(ABORT, 'request file: it begins unsent')
  WHERE NEW.ready_at IS NOT NULL OR NEW.left_at IS NOT NULL OR NEW.found_at IS NOT NULL
     OR NEW.ended_at IS NOT NULL;
END
-- ;;
DROP TRIGGER IF EXISTS inquiries_requestfile_only_goes_on
-- ;;
CREATE TRIGGER inquiries_requestfile_only_goes_on BEFORE UPDATE ON inquiries_requestfile
BEGIN
  SELECT RAISE(ABORT, 'request file: never changed, it is made ready, leaves and ends, each once')
  WHERE NEW.id <> OLD.id OR NEW.agreement_id <> OLD.agreement_id OR NEW.body_id <> OLD.body_id
     OR NEW.count <> OLD.count OR NEW.made_at <> OLD.made_at OR NEW.entry_id <> OLD.entry_id
     OR NEW.rowid <> OLD.rowid
     OR (OLD.ready_at IS NOT NULL AND (NEW.ready_at IS NOT OLD.ready_at
         OR NEW.sha256 <> OLD.sha256 OR NEW.manifest <> OLD.manifest))
     OR (NEW.ready_at IS NOT NULL AND (NEW.sha256 = '' OR NEW.manifest = ''))
     OR (OLD.left_at IS NOT NULL AND NEW.left_at IS NOT OLD.left_at)
     OR (OLD.found_at IS NOT NULL AND NEW.found_at IS NOT OLD.found_at)
     OR (OLD.ended_at IS NOT NULL AND (NEW.ended_at IS NOT OLD.ended_at OR NEW.code <> OLD.code))
     OR (NEW.left_at IS NOT NULL AND NEW.found_at IS NOT NULL)
     OR (OLD.ended_at IS NOT NULL AND OLD.left_at IS NULL
         AND (NEW.left_at IS NOT NULL OR NEW.found_at IS NOT NULL))
     OR ((NEW.left_at IS NOT NULL OR NEW.found_at IS NOT NULL) AND NEW.ready_at IS NULL)
     OR (NEW.ended_at IS NOT NULL AND NEW.code = '');
END
-- ;;
DROP TRIGGER IF EXISTS inquiries_requestfile_leaves_while_all_stands
-- ;;
CREATE TRIGGER inquiries_requestfile_leaves_while_all_stands
BEFORE UPDATE OF left_at ON inquiries_requestfile
WHEN OLD.left_at IS NULL AND NEW.left_at IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'request file: a ticket has run out')
  WHERE EXISTS (SELECT 1 FROM inquiries_ticket t
                WHERE t.message = NEW.id AND t.expires_at <= strftime('%Y-%m-%d %H:%M:%f', 'now'))
     OR (SELECT count(*) FROM inquiries_ticket t WHERE t.message = NEW.id) <> NEW.count;
  SELECT RAISE(ABORT, 'request file: the agreement is not in force now')
  WHERE NOT EXISTS (
    SELECT 1 FROM agencies_agreement g
    WHERE g.id = NEW.agreement_id AND g.last_day >= date('now', '+8 hours')
      AND (g.ended_at IS NULL OR substr(g.ended_at, 1, 23) > strftime('%Y-%m-%d %H:%M:%f', 'now')));
  SELECT RAISE(ABORT, 'request file: what it asks does not stand any more')
  WHERE EXISTS (
    SELECT 1 FROM inquiries_ticket t
    JOIN inquiries_inquiry q ON q.id = t.inquiry_id
    JOIN commissions_commission c ON c.id = q.commission_id
    JOIN cases_member m ON m.id = q.member_id
    JOIN authorizations_authorization a ON a.id = q.authorization_id
    JOIN cases_case k ON k.id = a.case_id
    JOIN agencies_agency y ON y.id = k.agency_id
    LEFT JOIN authorizations_guardianship g ON g.id = a.guardianship_id
    LEFT JOIN cases_member w ON w.id = g.guardian_id
    WHERE t.message = NEW.id
      AND (c.closed_at IS NOT NULL OR m.replaced OR a.revoked_at IS NOT NULL
           OR a.valid_from > strftime('%Y-%m-%d %H:%M:%f', 'now')
           OR a.valid_until <= strftime('%Y-%m-%d %H:%M:%f', 'now')
           OR (a.issuer <> '' AND a.issuer <> k.division)
           OR g.ended_at IS NOT NULL OR w.replaced
           OR (g.ground IN ('under_14', 'under_18')
               AND CAST(strftime('%Y%m%d', 'now', '+8 hours') AS INTEGER)
                 - CAST(strftime('%Y%m%d', m.birth_date) AS INTEGER) >= 180000)
           OR EXISTS (SELECT 1 FROM authorizations_guardianship o
                      WHERE o.member_id = g.guardian_id AND o.ended_at IS NULL
                        AND o.ground IN ('no_capacity', 'limited_capacity'))
           OR (y.second_person
               AND NOT EXISTS (SELECT 1 FROM authorizations_confirmation f
                               JOIN record_entry by_ ON by_.id = f.entry_id
                               JOIN record_entry in_ ON in_.id = a.entry_id
                               WHERE f.authorization_id = a.id AND by_.actor <> in_.actor
                                 AND by_.act = 'authorizations.confirm' AND by_."case" = a.case_id))));
END
-- ;;
DROP TRIGGER IF EXISTS inquiries_answerfile_only_is_finished
-- ;;
CREATE TRIGGER inquiries_answerfile_only_is_finished BEFORE UPDATE ON inquiries_answerfile
BEGIN
  SELECT RAISE(ABORT, 'answer file: never changed, only finished once')
  WHERE OLD.finished_at IS NOT NULL OR NEW.finished_at IS NULL OR NEW.id <> OLD.id
     OR NEW.request_id IS NOT OLD.request_id OR NEW.department_id <> OLD.department_id
     OR NEW.sha256 <> OLD.sha256 OR NEW.signed_by <> OLD.signed_by OR NEW.came_at <> OLD.came_at
     OR NEW.entry_id <> OLD.entry_id OR NEW.rowid <> OLD.rowid;
END
-- ;;
DROP TRIGGER IF EXISTS inquiries_reverification_follows_an_inquiry
-- ;;
CREATE TRIGGER inquiries_reverification_follows_an_inquiry BEFORE INSERT ON inquiries_reverification
BEGIN
  SELECT RAISE(ABORT, 'reverification: ordered by an officer, of a question that was asked and is over')
  WHERE (NEW.ordered_by NOT LIKE 'officer:%'
         AND NOT (NEW.ordered_by LIKE 'machine:%' AND NEW.reason = 'undecided'))
     OR NOT EXISTS (
       SELECT 1 FROM inquiries_inquiry q
       JOIN commissions_commission c ON c.id = q.commission_id AND c.closed_at IS NULL
       WHERE q.commission_id = NEW.commission_id AND q.member_id = NEW.member_id
         AND q.source = NEW.source AND q.round = NEW.round - 1
         AND (q.due_at <= strftime('%Y-%m-%d %H:%M:%f', 'now')
              OR EXISTS (SELECT 1 FROM inquiries_reply r
                         WHERE r.inquiry_id = q.id AND r.conclusive)));
END
-- ;;
DROP TRIGGER IF EXISTS inquiries_inquiry_is_ordered_again
-- ;;
CREATE TRIGGER inquiries_inquiry_is_ordered_again BEFORE INSERT ON inquiries_inquiry
BEGIN
  SELECT RAISE(ABORT, 'gate: an inquiry is asked once more on an order only')
  WHERE NEW.round <> 0 AND NOT EXISTS (
    SELECT 1 FROM inquiries_reverification o
    WHERE o.commission_id = NEW.commission_id AND o.member_id = NEW.member_id
      AND o.source = NEW.source AND o.round = NEW.round);
END

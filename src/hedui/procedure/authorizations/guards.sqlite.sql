
DROP TRIGGER IF EXISTS authorizations_authorization_only_is_revoked
-- ;;
CREATE TRIGGER authorizations_authorization_only_is_revoked BEFORE UPDATE ON authorizations_authorization
BEGIN
  SELECT RAISE(ABORT, 'authorization: never changed, only revoked once')
  WHERE OLD.revoked_at IS NOT NULL OR NEW.revoked_at IS NULL OR NEW.guardian IS NOT OLD.guardian
     OR NEW.guardianship_id IS NOT OLD.guardianship_id OR NEW.agent IS NOT OLD.agent
     OR NEW.sheet_id IS NOT OLD.sheet_id OR NEW.notice <> OLD.notice OR NEW.issuer <> OLD.issuer
     OR NEW.rowid <> OLD.rowid OR NEW.id <> OLD.id OR NEW.case_id <> OLD.case_id OR NEW.member_id <> OLD.member_id
     OR NEW.declaration_id <> OLD.declaration_id OR NEW.form_id <> OLD.form_id OR NEW.purpose <> OLD.purpose
     OR NEW.items <> OLD.items OR NEW.period_first <> OLD.period_first OR NEW.period_last <> OLD.period_last
     OR NEW.signed_on <> OLD.signed_on OR NEW.valid_from <> OLD.valid_from OR NEW.valid_until <> OLD.valid_until
     OR NEW.evidence <> OLD.evidence OR NEW.sealed_artefact <> OLD.sealed_artefact OR NEW.entry_id <> OLD.entry_id;
END
-- ;;
DROP TRIGGER IF EXISTS authorizations_authorization_is_of_one_case
-- ;;
CREATE TRIGGER authorizations_authorization_is_of_one_case BEFORE INSERT ON authorizations_authorization
BEGIN
  SELECT RAISE(ABORT, 'authorization: person, declaration and case belong together')
  WHERE NOT EXISTS (SELECT 1 FROM cases_member m
                    JOIN cases_declaration d ON d.id = NEW.declaration_id AND d.case_id = m.case_id
                    WHERE m.id = NEW.member_id AND m.case_id = NEW.case_id);
END
-- ;;
DROP TRIGGER IF EXISTS authorizations_authorization_rests_on_its_paper
-- ;;
CREATE TRIGGER authorizations_authorization_rests_on_its_paper BEFORE INSERT ON authorizations_authorization
BEGIN
  SELECT RAISE(ABORT, 'authorization: signed on a day to come')
  WHERE NEW.signed_on > date('now', '+8 hours');
  SELECT RAISE(ABORT, 'authorization: the text is withdrawn or was not in use that day')
  WHERE NOT EXISTS (SELECT 1 FROM authorizations_form f
                    WHERE f.id = NEW.form_id AND f.withdrawn_at IS NULL
                      AND f.first_day <= NEW.signed_on
                      AND (f.last_day IS NULL OR f.last_day >= NEW.signed_on));
  SELECT RAISE(ABORT, 'authorization: the text is for another purpose')
  WHERE NOT EXISTS (SELECT 1 FROM authorizations_form f, json_each(f.programmes) p
                    WHERE f.id = NEW.form_id AND p.value = NEW.purpose);
  SELECT RAISE(ABORT, 'authorization: this agency takes numbered forms only')
  WHERE NEW.sheet_id IS NULL
    AND EXISTS (SELECT 1 FROM cases_case k JOIN agencies_agency g ON g.id = k.agency_id
                WHERE k.id = NEW.case_id AND g.numbered_only)
    AND NOT EXISTS (SELECT 1 FROM authorizations_electronicsignature e
                    JOIN authorizations_enrolment n ON n.id = e.enrolment_id
                    WHERE e.digest = NEW.evidence AND n.member_id = NEW.member_id);
  SELECT RAISE(ABORT, 'authorization: the numbered form is of another person, text or purpose')
  WHERE NEW.sheet_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM authorizations_sheet s
                    WHERE s.number = NEW.sheet_id AND s.case_id = NEW.case_id
                      AND s.member_id = NEW.member_id AND s.form_id = NEW.form_id
                      AND s.purpose = NEW.purpose AND s.digest = NEW.notice);
  SELECT RAISE(ABORT, 'authorization: an item was not printed on the numbered form')
  WHERE NEW.sheet_id IS NOT NULL
    AND EXISTS (SELECT i.value FROM json_each(NEW.items) i
                EXCEPT SELECT g.value FROM authorizations_sheet s, json_each(s.items) g
                WHERE s.number = NEW.sheet_id);
  SELECT RAISE(ABORT, 'authorization: it rests on something signed, which has a digest')
  WHERE NEW.evidence NOT GLOB 'sha256:*' OR length(NEW.evidence) <> 71
     OR substr(NEW.evidence, 8) GLOB '*[^0-9a-f]*';
  SELECT RAISE(ABORT, 'authorization: five years at most')
  WHERE julianday(NEW.valid_until) - julianday(NEW.valid_from) > 1830;
END
-- ;;
DROP TRIGGER IF EXISTS authorizations_authorization_is_signed_with_standing
-- ;;
CREATE TRIGGER authorizations_authorization_is_signed_with_standing BEFORE INSERT ON authorizations_authorization
BEGIN
  SELECT RAISE(ABORT, 'authorization: a minor signs through a guardian')
  WHERE NEW.guardianship_id IS NULL
    AND EXISTS (SELECT 1 FROM cases_member m
                WHERE m.id = NEW.member_id
                  AND CAST(strftime('%Y%m%d', NEW.signed_on) AS INTEGER)
                    - CAST(strftime('%Y%m%d', m.birth_date) AS INTEGER) < 180000);
  SELECT RAISE(ABORT, 'authorization: an adult without capacity signs through a guardian')
  WHERE NEW.guardianship_id IS NULL
    AND EXISTS (SELECT 1 FROM authorizations_guardianship g
                WHERE g.member_id = NEW.member_id AND g.ended_at IS NULL
                  AND g.ground IN ('no_capacity', 'limited_capacity'));
  SELECT RAISE(ABORT, 'authorization: the guardian has no standing for this person')
  WHERE NEW.guardianship_id IS NOT NULL
    AND NOT EXISTS (
      SELECT 1 FROM authorizations_guardianship g
      JOIN cases_member m ON m.id = g.member_id
      LEFT JOIN cases_member w ON w.id = g.guardian_id
      WHERE g.id = NEW.guardianship_id AND g.case_id = NEW.case_id AND g.member_id = NEW.member_id
        AND g.ended_at IS NULL
        AND (g.guardian_id IS NULL
             OR NOT w.replaced
                AND CAST(strftime('%Y%m%d', NEW.signed_on) AS INTEGER)
                  - CAST(strftime('%Y%m%d', w.birth_date) AS INTEGER) >= 180000)
        AND (g.ground IN ('no_capacity', 'limited_capacity')
             OR CAST(strftime('%Y%m%d', NEW.signed_on) AS INTEGER)
              - CAST(strftime('%Y%m%d', m.birth_date) AS INTEGER) < 180000));
END
-- ;;
DROP TRIGGER IF EXISTS authorizations_guardianship_is_within_the_family
-- ;;
CREATE TRIGGER authorizations_guardianship_is_within_the_family BEFORE INSERT ON authorizations_guardianship
BEGIN
  SELECT RAISE(ABORT, 'guardianship: of a person of the case, by another of it or from outside')
  WHERE NEW.member_id = NEW.guardian_id OR NEW.ended_at IS NOT NULL
     OR NEW.ground NOT IN ('under_14', 'under_18', 'no_capacity', 'limited_capacity')
     OR NOT EXISTS (SELECT 1 FROM cases_member m
                    WHERE m.id = NEW.member_id AND m.case_id = NEW.case_id AND NOT m.replaced)
     OR (NEW.guardian_id IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM cases_member w
                         WHERE w.id = NEW.guardian_id AND w.case_id = NEW.case_id
                           AND NOT w.replaced));
  SELECT RAISE(ABORT, 'guardianship: proven, but for a minor by declared kinship')
  WHERE NEW.proof = ''
    AND (NEW.guardian_id IS NULL OR NEW.ground IN ('no_capacity', 'limited_capacity'));
END
-- ;;
DROP TRIGGER IF EXISTS authorizations_guardianship_only_ends
-- ;;
CREATE TRIGGER authorizations_guardianship_only_ends BEFORE UPDATE ON authorizations_guardianship
BEGIN
  SELECT RAISE(ABORT, 'guardianship: never changed, only ended once')
  WHERE OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL
     OR NEW.rowid <> OLD.rowid OR NEW.id <> OLD.id OR NEW.case_id <> OLD.case_id
     OR NEW.member_id <> OLD.member_id OR NEW.guardian_id IS NOT OLD.guardian_id
     OR NEW.outsider IS NOT OLD.outsider OR NEW.ground <> OLD.ground OR NEW.proof <> OLD.proof
     OR NEW.recorded_at <> OLD.recorded_at OR NEW.entry_id <> OLD.entry_id;
END
-- ;;
DROP TRIGGER IF EXISTS authorizations_sheet_is_bound
-- ;;
CREATE TRIGGER authorizations_sheet_is_bound BEFORE INSERT ON authorizations_sheet
BEGIN
  SELECT RAISE(ABORT, 'sheet: bound to a person of the case, a text in use and a notice')
  WHERE NEW.notice = '' OR NEW.digest = '' OR NOT json_valid(NEW.items)
     OR json_array_length(NEW.items) = 0
     OR EXISTS (SELECT 1 FROM json_each(NEW.items) i WHERE i.type <> 'text')
     OR NOT EXISTS (SELECT 1 FROM cases_member m
                    WHERE m.id = NEW.member_id AND m.case_id = NEW.case_id AND NOT m.replaced)
     OR NOT EXISTS (SELECT 1 FROM authorizations_form f
                    WHERE f.id = NEW.form_id AND f.withdrawn_at IS NULL);
END
-- ;;
DROP TRIGGER IF EXISTS authorizations_confirmation_is_by_another
-- ;;
CREATE TRIGGER authorizations_confirmation_is_by_another BEFORE INSERT ON authorizations_confirmation
BEGIN
  SELECT RAISE(ABORT, 'confirmation: by another officer than the one who registered it')
  WHERE NOT EXISTS (SELECT 1 FROM authorizations_authorization a
                    JOIN record_entry e ON e.id = a.entry_id
                    WHERE a.id = NEW.authorization_id AND e.actor <> NEW.officer);
END
-- ;;
DROP TRIGGER IF EXISTS authorizations_form_is_whole
-- ;;
CREATE TRIGGER authorizations_form_is_whole BEFORE INSERT ON authorizations_form
BEGIN
  SELECT RAISE(ABORT, 'form: a text is not blank, tells what is to be told, and is not yet withdrawn')
  WHERE NEW.withdrawn_at IS NOT NULL OR trim(NEW.title) = '' OR trim(NEW.text) = ''
     OR instr(NEW.text, '告知') = 0 OR instr(NEW.text, '目的') = 0 OR instr(NEW.text, '方式') = 0
     OR instr(NEW.text, '保存') = 0 OR instr(NEW.text, '撤回') = 0;
END
-- ;;
DROP TRIGGER IF EXISTS authorizations_form_is_never_changed
-- ;;
DROP TRIGGER IF EXISTS authorizations_form_only_is_withdrawn
-- ;;
CREATE TRIGGER authorizations_form_only_is_withdrawn BEFORE UPDATE ON authorizations_form
BEGIN
  SELECT RAISE(ABORT, 'form: a signed text is never changed, only withdrawn once')
  WHERE OLD.withdrawn_at IS NOT NULL OR NEW.withdrawn_at IS NULL
     OR NEW.rowid <> OLD.rowid OR NEW.id <> OLD.id OR NEW.title <> OLD.title
     OR NEW.text <> OLD.text OR NEW.digest <> OLD.digest OR NEW.programmes <> OLD.programmes
     OR NEW.first_day <> OLD.first_day OR NEW.last_day IS NOT OLD.last_day
     OR NEW.entry_id IS NOT OLD.entry_id;
END
-- ;;
DROP TRIGGER IF EXISTS authorizations_form_begins_when_published
-- ;;
-- There are no roles here to tell who sets up an installation: its entry says so.
CREATE TRIGGER authorizations_form_begins_when_published
AFTER INSERT ON record_entry
WHEN NEW.act = 'authorizations.publish' AND NEW.actor <> 'machine:installer'
BEGIN
  SELECT RAISE(ABORT, 'form: a text is signed from the day of its publication on, not before')
  WHERE EXISTS (SELECT 1 FROM authorizations_form f
                WHERE f.entry_id = NEW.id AND f.first_day < date('now', '+8 hours'));
END
-- ;;
DROP TRIGGER IF EXISTS authorizations_pageprint_is_never_changed
-- ;;
CREATE TRIGGER authorizations_pageprint_is_never_changed BEFORE UPDATE ON authorizations_pageprint
BEGIN
  SELECT RAISE(ABORT, 'authorization: the look of a paper is never changed')
  WHERE NEW.sketch <> x'' OR NEW.ink <> x'' OR NEW.id <> OLD.id OR NEW.rowid <> OLD.rowid
     OR NEW.authorization_id <> OLD.authorization_id OR NEW.position <> OLD.position
     OR NOT EXISTS (SELECT 1 FROM authorizations_authorization a
                    JOIN cases_erasure e ON e.case_id = a.case_id
                    WHERE a.id = NEW.authorization_id AND e.confirmed_at IS NOT NULL);
END
-- ;;
DROP TRIGGER IF EXISTS authorizations_authorization_is_on_nobody_elses_paper
-- ;;
CREATE TRIGGER authorizations_authorization_is_on_nobody_elses_paper BEFORE INSERT ON authorizations_authorization
BEGIN
  SELECT RAISE(ABORT, 'authorization: the paper is that of another person')
  WHERE EXISTS (SELECT 1 FROM authorizations_authorization a
                JOIN cases_member theirs ON theirs.id = a.member_id
                JOIN cases_member mine ON mine.id = NEW.member_id
                WHERE a.evidence = NEW.evidence AND theirs.number_index <> mine.number_index
                  AND theirs.person <> x''  -- erased: nobody knows whose it was
                  AND NOT (theirs.case_id = mine.case_id AND theirs.key = mine.key));
END
-- ;;
DROP TRIGGER IF EXISTS authorizations_electronicsignature_by_a_code_in_force
-- ;;
CREATE TRIGGER authorizations_electronicsignature_by_a_code_in_force BEFORE INSERT ON authorizations_electronicsignature
BEGIN
  SELECT RAISE(ABORT, 'authorization: the code was given before, or is in force no more')
  WHERE EXISTS (SELECT 1 FROM authorizations_electronicsignature s
                WHERE s.enrolment_id = NEW.enrolment_id AND s.step >= NEW.step)
     OR EXISTS (SELECT 1 FROM authorizations_signin s
                WHERE s.enrolment_id = NEW.enrolment_id AND s.step >= NEW.step)
     OR EXISTS (SELECT 1 FROM authorizations_enrolment later
                JOIN authorizations_enrolment mine ON mine.member_id = later.member_id
                WHERE mine.id = NEW.enrolment_id AND later.id > mine.id)
     OR (SELECT count(*) FROM authorizations_wrongcode w WHERE w.enrolment_id = NEW.enrolment_id) >= 8;
END
-- ;;
DROP TRIGGER IF EXISTS authorizations_signin_by_a_code_in_force
-- ;;
CREATE TRIGGER authorizations_signin_by_a_code_in_force BEFORE INSERT ON authorizations_signin
BEGIN
  SELECT RAISE(ABORT, 'authorization: the code was given before, or is in force no more')
  WHERE EXISTS (SELECT 1 FROM authorizations_electronicsignature s
                WHERE s.enrolment_id = NEW.enrolment_id AND s.step >= NEW.step)
     OR EXISTS (SELECT 1 FROM authorizations_signin s
                WHERE s.enrolment_id = NEW.enrolment_id AND s.step >= NEW.step)
     OR EXISTS (SELECT 1 FROM authorizations_enrolment later
                JOIN authorizations_enrolment mine ON mine.member_id = later.member_id
                WHERE mine.id = NEW.enrolment_id AND later.id > mine.id)
     OR (SELECT count(*) FROM authorizations_wrongcode w WHERE w.enrolment_id = NEW.enrolment_id) >= 8
     OR NEW.signed_in_at > strftime('%Y-%m-%d %H:%M:%f', 'now', '+1 seconds')
     OR NEW.signed_in_at < strftime('%Y-%m-%d %H:%M:%f', 'now', '-10 seconds');
END
-- ;;
DROP TRIGGER IF EXISTS authorizations_authorization_begins_whole
-- ;;
CREATE TRIGGER authorizations_authorization_begins_whole BEFORE INSERT ON authorizations_authorization
BEGIN
  SELECT RAISE(ABORT, 'authorization: it begins unrevoked, for some items')
  WHERE NEW.revoked_at IS NOT NULL OR NOT json_valid(NEW.items)
     OR json_array_length(NEW.items) = 0
     OR EXISTS (SELECT 1 FROM json_each(NEW.items) i WHERE i.type <> 'text');
END

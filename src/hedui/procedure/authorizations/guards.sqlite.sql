DROP TRIGGER IF EXISTS authorizations_authorization_is_never_deleted
-- ;;
CREATE TRIGGER authorizations_authorization_is_never_deleted BEFORE DELETE ON authorizations_authorization
BEGIN
  SELECT RAISE(ABORT, 'authorization: it is never deleted');
END
-- ;;
DROP TRIGGER IF EXISTS authorizations_authorization_only_is_revoked
-- ;;
CREATE TRIGGER authorizations_authorization_only_is_revoked BEFORE UPDATE ON authorizations_authorization
BEGIN
  SELECT RAISE(ABORT, 'authorization: never changed, only revoked once')
  WHERE OLD.revoked_at IS NOT NULL OR NEW.revoked_at IS NULL OR NEW.guardian IS NOT OLD.guardian
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
DROP TRIGGER IF EXISTS authorizations_form_is_never_changed
-- ;;
CREATE TRIGGER authorizations_form_is_never_changed BEFORE UPDATE ON authorizations_form
BEGIN
  SELECT RAISE(ABORT, 'form: a signed text is never changed');
END
-- ;;
DROP TRIGGER IF EXISTS authorizations_form_is_never_deleted
-- ;;
CREATE TRIGGER authorizations_form_is_never_deleted BEFORE DELETE ON authorizations_form
BEGIN
  SELECT RAISE(ABORT, 'form: a signed text is never deleted');
END
-- ;;
-- INSERT OR REPLACE deletes the row in its way without firing the triggers of DELETE. So it is
-- refused where a row would be in its way: by a key, or by its place in the table (rowid).
DROP TRIGGER IF EXISTS authorizations_authorization_is_never_replaced
-- ;;
CREATE TRIGGER authorizations_authorization_is_never_replaced BEFORE INSERT ON authorizations_authorization
BEGIN
  SELECT RAISE(ABORT, 'authorization: never changed, only revoked once')
  WHERE EXISTS (SELECT 1 FROM authorizations_authorization
                WHERE id = NEW.id
                   OR (rowid = NEW.rowid AND NEW.rowid > 0));
END
-- ;;
DROP TRIGGER IF EXISTS authorizations_form_is_never_replaced
-- ;;
CREATE TRIGGER authorizations_form_is_never_replaced BEFORE INSERT ON authorizations_form
BEGIN
  SELECT RAISE(ABORT, 'form: a signed text is never changed')
  WHERE EXISTS (SELECT 1 FROM authorizations_form
                WHERE id = NEW.id
                   OR (rowid = NEW.rowid AND NEW.rowid > 0));
END

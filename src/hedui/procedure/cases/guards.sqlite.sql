
DROP TRIGGER IF EXISTS cases_declaration_only_freezes
-- ;;
CREATE TRIGGER cases_declaration_only_freezes BEFORE UPDATE ON cases_declaration
BEGIN
  SELECT RAISE(ABORT, 'declaration: a version is never changed, it is frozen once')
  WHERE OLD.frozen_at IS NOT NULL OR NEW.frozen_at IS NULL
     OR NEW.rowid <> OLD.rowid OR NEW.id <> OLD.id OR NEW.case_id <> OLD.case_id
     OR NEW.version <> OLD.version
     OR NEW.content <> OLD.content OR NEW.digest <> OLD.digest
     OR NEW.declared_at <> OLD.declared_at OR NEW.entry_id <> OLD.entry_id;
  SELECT RAISE(ABORT, 'declaration: only the newest version is frozen')
  WHERE EXISTS (SELECT 1 FROM cases_declaration d
                WHERE d.case_id = NEW.case_id AND d.version > NEW.version);
END
-- ;;
DROP TRIGGER IF EXISTS cases_member_only_is_replaced
-- ;;
CREATE TRIGGER cases_member_only_is_replaced BEFORE UPDATE ON cases_member
BEGIN
  SELECT RAISE(ABORT, 'member: a person is never changed, only replaced')
  WHERE NEW.rowid <> OLD.rowid OR NEW.id <> OLD.id OR NEW.case_id <> OLD.case_id
     OR NEW.key <> OLD.key OR (OLD.replaced AND NOT NEW.replaced)
     OR ((NEW.person <> OLD.person OR NEW.number_index <> OLD.number_index
          OR NEW.birth_date <> OLD.birth_date)
         AND (NEW.person <> x'' OR NOT EXISTS (SELECT 1 FROM cases_erasure e
                                               WHERE e.case_id = NEW.case_id
                                                 AND e.confirmed_at IS NOT NULL)));
END
-- ;;
DROP TRIGGER IF EXISTS cases_case_keeps_its_key
-- ;;
CREATE TRIGGER cases_case_keeps_its_key BEFORE UPDATE ON cases_case
BEGIN
  SELECT RAISE(ABORT, 'case: its key stays until it is erased')
  WHERE NEW.wrapped_key <> OLD.wrapped_key
    AND length(NEW.wrapped_key) < length(OLD.wrapped_key)  -- longer or as long: wrapped anew
    AND (NEW.wrapped_key <> x'' OR NOT EXISTS (SELECT 1 FROM cases_erasure e
                                               WHERE e.case_id = NEW.id
                                                 AND e.confirmed_at IS NOT NULL));
  SELECT RAISE(ABORT, 'case: it is erased, nothing is written to it any more')
  WHERE OLD.wrapped_key = x'';
END
-- ;;
DROP TRIGGER IF EXISTS cases_erasure_begins_unconfirmed
-- ;;
CREATE TRIGGER cases_erasure_begins_unconfirmed BEFORE INSERT ON cases_erasure
BEGIN
  SELECT RAISE(ABORT, 'erasure: it begins unconfirmed')
  WHERE NEW.confirmed_at IS NOT NULL OR NEW.confirmed_by <> ''
     OR NEW.proposed_by NOT LIKE 'officer:%';
END
-- ;;
DROP TRIGGER IF EXISTS cases_erasure_is_confirmed_by_another
-- ;;
CREATE TRIGGER cases_erasure_is_confirmed_by_another BEFORE UPDATE ON cases_erasure
BEGIN
  SELECT RAISE(ABORT, 'erasure: never changed, only confirmed once, by another')
  WHERE OLD.confirmed_at IS NOT NULL OR NEW.confirmed_at IS NULL
     OR NEW.confirmed_by NOT LIKE 'officer:%' OR NEW.confirmed_by = OLD.proposed_by
     OR NEW.id <> OLD.id OR NEW.case_id <> OLD.case_id OR NEW.proposed_by <> OLD.proposed_by
     OR NEW.proposed_at <> OLD.proposed_at OR NEW.entry_id <> OLD.entry_id
     OR NEW.rowid <> OLD.rowid;
END
-- ;;
DROP TRIGGER IF EXISTS cases_numbering_counts_up
-- ;;
CREATE TRIGGER cases_numbering_counts_up BEFORE UPDATE ON cases_numbering
BEGIN
  SELECT RAISE(ABORT, 'numbering: it only counts up')
  WHERE NEW.last <> OLD.last + 1 OR NEW.prefix <> OLD.prefix OR NEW.rowid <> OLD.rowid;
END

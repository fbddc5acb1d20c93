
DROP TRIGGER IF EXISTS record_head_only_grows
-- ;;
CREATE TRIGGER record_head_only_grows BEFORE UPDATE ON record_head
BEGIN
  SELECT RAISE(ABORT, 'ledger: the head only grows')
  WHERE NEW.size <= OLD.size;
  SELECT RAISE(ABORT, 'ledger: the head is that of the entries')
  WHERE NOT EXISTS (SELECT 1 FROM record_entry e
                    WHERE e."index" = NEW.size - 1 AND lower(hex(e.leaf)) = NEW.last)
     OR EXISTS (SELECT 1 FROM record_entry e WHERE e."index" >= NEW.size);
END
-- ;;
DROP TRIGGER IF EXISTS record_entry_comes_next
-- ;;
CREATE TRIGGER record_entry_comes_next BEFORE INSERT ON record_entry
BEGIN
  SELECT RAISE(ABORT, 'ledger: an entry comes next or not at all')
  WHERE NEW."index" <> (SELECT COALESCE(MAX(e."index") + 1, 0) FROM record_entry e);
END
-- ;;
DROP TRIGGER IF EXISTS record_head_is_never_replaced
-- ;;
CREATE TRIGGER record_head_is_never_replaced BEFORE INSERT ON record_head
BEGIN
  SELECT RAISE(ABORT, 'ledger: the head only grows')
  WHERE EXISTS (SELECT 1 FROM record_head
                WHERE TRUE);
END

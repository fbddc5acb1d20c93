CREATE OR REPLACE FUNCTION hedui_refuse() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'check_violation';
END $$
-- ;;
-- The newest entry is found from the end of the index. To ask whether there is one beyond would
-- have the planner expect many and read the whole table.
CREATE OR REPLACE FUNCTION hedui_head_only_grows() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  newest record;
BEGIN
  IF NEW.size <= OLD.size THEN
    RAISE EXCEPTION 'ledger: the head only grows' USING ERRCODE = 'check_violation';
  END IF;
  SELECT e.index, encode(e.leaf, 'hex') AS leaf INTO newest
  FROM record_entry e ORDER BY e.index DESC LIMIT 1;
  IF newest.index IS DISTINCT FROM NEW.size - 1 OR newest.leaf IS DISTINCT FROM NEW.last THEN
    RAISE EXCEPTION 'ledger: the head is that of the entries' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
CREATE OR REPLACE FUNCTION hedui_entry_comes_next() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.index <> (SELECT COALESCE(MAX(e.index) + 1, 0) FROM record_entry e) THEN
    RAISE EXCEPTION 'ledger: an entry comes next or not at all' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS record_entry_comes_next ON record_entry
-- ;;
CREATE TRIGGER record_entry_comes_next BEFORE INSERT ON record_entry
FOR EACH ROW EXECUTE FUNCTION hedui_entry_comes_next()
-- ;;
DROP TRIGGER IF EXISTS record_head_only_grows ON record_head
-- ;;
CREATE TRIGGER record_head_only_grows BEFORE UPDATE ON record_head
FOR EACH ROW EXECUTE FUNCTION hedui_head_only_grows()

DROP TRIGGER IF EXISTS commissions_commission_is_never_deleted ON commissions_commission
-- ;;
CREATE TRIGGER commissions_commission_is_never_deleted BEFORE DELETE ON commissions_commission
FOR EACH ROW EXECUTE FUNCTION hedui_refuse('commission: it is never deleted')
-- ;;
CREATE OR REPLACE FUNCTION hedui_commission_needs_frozen_declaration() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM cases_declaration d
                 WHERE d.id = NEW.declaration_id AND d.case_id = NEW.case_id
                   AND d.frozen_at IS NOT NULL) THEN
    RAISE EXCEPTION 'commission: no frozen declaration of this case'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.closed_at IS NOT NULL OR NOT EXISTS (
       SELECT 1 FROM cases_case c WHERE c.id = NEW.case_id AND c.programme = NEW.purpose) THEN
    RAISE EXCEPTION 'commission: it begins open, and for what was applied for'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS commissions_commission_needs_frozen_declaration ON commissions_commission
-- ;;
CREATE TRIGGER commissions_commission_needs_frozen_declaration BEFORE INSERT ON commissions_commission
FOR EACH ROW EXECUTE FUNCTION hedui_commission_needs_frozen_declaration()
-- ;;
CREATE OR REPLACE FUNCTION hedui_commission_only_closes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF OLD.closed_at IS NOT NULL OR NEW.closed_at IS NULL
     OR to_jsonb(NEW) - 'closed_at' <> to_jsonb(OLD) - 'closed_at' THEN
    RAISE EXCEPTION 'commission: never changed, only closed once'
      USING ERRCODE = 'check_violation';
  END IF;
  NEW.closed_at := clock_timestamp();
  RETURN NEW;
END $$
-- ;;
DROP TRIGGER IF EXISTS commissions_commission_only_closes ON commissions_commission
-- ;;
CREATE TRIGGER commissions_commission_only_closes BEFORE UPDATE ON commissions_commission
FOR EACH ROW EXECUTE FUNCTION hedui_commission_only_closes()
-- ;;
DROP TRIGGER IF EXISTS commissions_commission_is_never_truncated ON commissions_commission
-- ;;
CREATE TRIGGER commissions_commission_is_never_truncated BEFORE TRUNCATE ON commissions_commission
FOR EACH STATEMENT EXECUTE FUNCTION hedui_refuse('commission: never truncated')

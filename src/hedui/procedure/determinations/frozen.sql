(EXISTS (SELECT 1 FROM cases_step s
          WHERE s.case_id = NEW.case_id AND s.kind IN ('confirm_turning_down', 'archive'))
    OR EXISTS (SELECT 1 FROM cases_declaration d
               WHERE d.case_id = NEW.case_id AND d.frozen_at IS NOT NULL)
       AND (EXISTS (SELECT 1 FROM commissions_commission c
                    WHERE c.case_id = NEW.case_id AND c.closed_at IS NULL)
            OR {UNAIDED}))

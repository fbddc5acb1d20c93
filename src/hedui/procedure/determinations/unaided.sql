coalesce((SELECT s.kind FROM cases_step s
          WHERE s.case_id = NEW.case_id AND s.kind IN ('pay', 'end')
          ORDER BY s.id DESC LIMIT 1), '') <> 'pay'

# prove how delivery did: nothing was changed, and the objective is met
vitals-audit verify post.audit | vitals-table
vitals-audit stats --slo 99.9% --within 30s post.audit | vitals-table

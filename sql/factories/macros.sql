-- The name by which a register row and a published workplace are the same firm: `plain_name` of the text in compatibility
-- form (NFKC, done before), without what stands in brackets and without 제n공장, X공장 or X지점 at its end. A name of which
-- that leaves less than two characters keeps more of itself.
CREATE OR REPLACE MACRO without_brackets(name) AS (
    CASE WHEN regexp_matches(name, '[(\[{<〔【]') THEN regexp_replace(name, '[(\[{<〔【][^()\[\]{}<>〔〕【】]*[)\]}>〕】]?', ' ', 'g') ELSE name END
);
CREATE OR REPLACE MACRO without_site(name) AS (
    CASE
        WHEN regexp_matches(name, '(공장|지점)\s*$')
            THEN regexp_replace(name, '((^|\s|,)[^\s,]*(공장|지점)\s*)+$|(제?\d+공장|지점)\s*$', '', '')
        ELSE name
    END
);
CREATE OR REPLACE MACRO first_of_length(one, two, three) AS (
    CASE WHEN length(one) >= 2 THEN one WHEN length(two) >= 2 THEN two ELSE three END
);
CREATE OR REPLACE MACRO factory_name(name) AS (
    first_of_length(
        plain_name(without_site(without_brackets(replace(name, '주시회사', '주식회사')))),
        plain_name(without_brackets(name)),
        plain_name(name)
    )
);

-- Rows of building sites, which firms enrol for day labourers.
CREATE OR REPLACE MACRO is_building_site(name) AS (contains(name, '/일용') OR contains(name, '/상용'));

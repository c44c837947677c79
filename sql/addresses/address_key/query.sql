-- A key of each address that is the same in every month.
SELECT hash(legal_dong_code, lot_address, road_address, postal_code) AS address_key FROM written

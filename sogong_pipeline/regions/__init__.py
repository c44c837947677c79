"""Administrative regions: codes with validity, regional offices, postal codes, outlines for maps."""

"""The regional trend (지역 경기동향): a page per 시도 and one for the nation. Method: docs/trend.md."""

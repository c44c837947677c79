"""What only Airflow needs; nothing else in the package imports Airflow."""

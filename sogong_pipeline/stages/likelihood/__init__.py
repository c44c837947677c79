"""The likelihood kind of rule: is a district smaller than ordinary turnover explains?"""

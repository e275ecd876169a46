"""e-Satyapan: character and antecedent verification of a district, run as a BPMN process."""

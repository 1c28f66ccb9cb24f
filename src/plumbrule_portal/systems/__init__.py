"""The register: organisations' AI systems, their versions, grades, assessments and labels."""

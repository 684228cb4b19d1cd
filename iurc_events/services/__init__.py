"""One function per thing that a person does; each change is one transaction."""

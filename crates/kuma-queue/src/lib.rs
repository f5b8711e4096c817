//! Queue, run journal and signals: the ports and their in-process forms.

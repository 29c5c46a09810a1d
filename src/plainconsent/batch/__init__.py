"""Makes forms by the thousand from a roster: read and check every row first, then make, write and record each form."""

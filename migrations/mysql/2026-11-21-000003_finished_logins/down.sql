-- Nothing was done.
DO 0;

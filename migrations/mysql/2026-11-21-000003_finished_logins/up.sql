-- Nothing to do: beside MySQL web logins live where sessions do. It is here because both databases have the same
-- migrations, and does something because there is none without a statement.
DO 0;

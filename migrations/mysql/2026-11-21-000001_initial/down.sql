DROP TABLE revocations;
DROP TABLE conflicts;
DROP TABLE merges;
DROP TABLE login_methods;
DROP TABLE users;

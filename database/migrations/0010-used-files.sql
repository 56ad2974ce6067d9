-- `archive list --used FILE`: which blocks were made with a file.
create index attempt_input_file_name on attempt_input (file_name);

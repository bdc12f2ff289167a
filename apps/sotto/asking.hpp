#pragma once
#include "client/problem.hpp"
#include "commands.hpp"

namespace sotto::app {

/// Says on standard error what went wrong; gives the exit code that belongs to it.
ExitCode complain(const client::Problem& problem);
ExitCode misuse(const std::string& words);

/// A line on standard output. A reader that went away ends the program on the spot: what could not be told must not be
/// marked as told.
void print(const std::string& line);

/// The certificates in this file; empty for no file.
client::Result<std::string> read_ca(const std::string& file);

/// What the person types: on the terminal, or if standard input is none, the next line of it.
client::Result<std::string> ask(const std::string& question);

}  // namespace sotto::app

// Writes the page about the protocol: `record_server_api src/wire/frames.proto > docs/server-api.md`. Not a test; run
// by hand when a route, a limit or a message changes, and then the diff is read.
#include <fstream>
#include <iostream>
#include <iterator>

#include "server/surface/api_page.hpp"

int main(int count, char** arguments) {
  if (count != 2) return std::cerr << "usage: record_server_api FRAMES_PROTO\n", 2;
  std::ifstream file(arguments[1]);
  const std::string proto((std::istreambuf_iterator<char>(file)), {});
  std::cout << sotto::test::api_page(proto);
}

#pragma once
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>
#include <vector>

#include "net/http_client.hpp"
#include "net/memory/run.hpp"
#include "net/system_time.hpp"
#include "net/tcp_transport.hpp"
#include "support/vectors.hpp"

namespace sotto::test {

/// A program whose output is read line by line.
class Program {
 public:
  explicit Program(std::vector<std::string> arguments) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::dup2(ends[1], STDERR_FILENO);
      arguments.insert(arguments.begin(), test::binary_dir() + "/bin/sotto-server");
      std::vector<char*> raw;
      for (std::string& argument : arguments) raw.push_back(argument.data());
      raw.push_back(nullptr);
      ::execv(raw[0], raw.data());
      ::_exit(127);
    }
    ::close(ends[1]);
    output_ = ::fdopen(ends[0], "r");
  }
  ~Program() {
    if (child_ > 0) ::kill(child_, SIGKILL), end();
    ::fclose(output_);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// The rest of the first line that begins so; empty if there is none.
  std::string line(const std::string& beginning) {
    char* text = nullptr;
    std::size_t room = 0;
    std::string found;
    while (found.empty() && ::getline(&text, &room, output_) > 0) {
      const std::string line(text);
      if (line.starts_with(beginning)) found = line.substr(beginning.size(), line.find('\n') - beginning.size());
    }
    ::free(text);
    return found;
  }
  std::string rest() {
    std::string all;
    for (int c = 0; (c = ::fgetc(output_)) != EOF;) all.push_back(static_cast<char>(c));
    return all;
  }
  void signal(int what) const { ::kill(child_, what); }
  /// returns  the exit code, or 128 + the signal that killed it
  int end() {
    int status = 0;
    ::waitpid(std::exchange(child_, 0), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  pid_t id() const { return child_; }

 private:
  pid_t child_ = 0;
  FILE* output_ = nullptr;
};

/// Asks over the real network.
struct Client {
  net::Result<net::Response> ask(const std::string& authority, net::ClientTls tls, net::Request request) {
    net::HttpClient client(transport, timer, *net::parse_endpoint(authority), std::move(tls));
    return net::run(io, client.send(std::move(request)));
  }
  boost::asio::io_context io;
  net::SystemTimer timer{io.get_executor()};
  net::TcpTransport transport{timer};
};

}  // namespace sotto::test

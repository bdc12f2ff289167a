#include "net/certificate.hpp"

#include "net/tls_context.hpp"

namespace sotto::net {

struct Certificate::State {
  ServerTls files;
  ContextPtr current;  // connections under way hold theirs by OpenSSL's own count
};

Certificate::Certificate(std::unique_ptr<State> state) : state_(std::move(state)) {}
Certificate::~Certificate() = default;

Result<std::shared_ptr<Certificate>> Certificate::load(ServerTls files) {
  TRY(ContextPtr context, server_context(files));
  auto state = std::make_unique<State>(State{.files = std::move(files), .current = std::move(context)});
  return std::shared_ptr<Certificate>(new Certificate(std::move(state)));
}

Result<void> Certificate::reload() {
  TRY(ContextPtr fresh, server_context(state_->files));
  state_->current = std::move(fresh);
  return {};
}

ssl_ctx_st* Certificate::context() const { return state_->current.get(); }

}  // namespace sotto::net

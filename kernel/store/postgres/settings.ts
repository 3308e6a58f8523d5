/** How the embedded server is run: durable at every commit, modest with memory and processes, quick to start, quiet otherwise. */
export const SETTINGS: Readonly<Record<string, string>> = {
  // No network: whoever reaches the socket's folder is trusted, nobody else gets in.
  listen_addresses: '',
  unix_socket_permissions: '0700',
  max_connections: '32',

  // An answered commit survives a power cut.
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',

  // One server, no replicas: the log of changes serves recovery only.
  wal_level: 'minimal',
  max_wal_senders: '0',
  wal_buffers: '16MB',
  min_wal_size: '128MB',
  max_wal_size: '1GB',
  checkpoint_timeout: '15min',

  shared_buffers: '96MB',
  huge_pages: 'off',
  dynamic_shared_memory_type: 'mmap',
  // Fewer processes: one client at a time asks for little.
  io_method: 'sync',
  max_worker_processes: '2',
  max_parallel_workers: '0',
  max_parallel_workers_per_gather: '0',
  autovacuum_max_workers: '1',
  autovacuum_naptime: '5min',
  jit: 'off',

  logging_collector: 'off',
  log_destination: 'stderr',
  log_min_messages: 'warning',
  log_checkpoints: 'off',
  log_line_prefix: '%m [%p] ',
  cluster_name: 'assay',
};

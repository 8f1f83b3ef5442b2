/** Why a file cannot be read or written, in words. It refuses to know which file, and what for. */

const CAUSES: Record<string, string> = {
  EACCES: 'you may not',
  EISDIR: 'it is a folder',
  ENOENT: 'there is no such file or folder',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'there is no such folder',
  EPERM: 'you may not',
  EROFS: 'the disk is read-only',
};

/** @param error what the file system threw */
export function causeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return CAUSES[code] ?? (error instanceof Error ? error.message : String(error));
}

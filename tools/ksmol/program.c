// SPDX-License-Identifier: GPL-2.0-only
/*
 * Can a program be redirected? The dynamic linker is what loads our library,
 * so a program without one, or whose privileges make it ignore LD_PRELOAD,
 * runs on Linux's stack. That must not happen in silence.
 */

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "ksmol.h"

#define SCRIPT_DEPTH 4	/* as many #! in a row as Linux follows */

/* Of this machine's word size. */
typedef ElfW(Ehdr) ehdr_t;
typedef ElfW(Phdr) phdr_t;
typedef ElfW(Shdr) shdr_t;

/* A file's bytes, mapped. */
struct image {
	const unsigned char *bytes;
	size_t size;
};

static bool is_program(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return false;
	if (!S_ISREG(st.st_mode) || access(path, X_OK)) {
		errno = EACCES;
		return false;
	}
	return true;
}

char *program_find(const char *name)
{
	const char *dirs = getenv("PATH");
	int err = ENOENT;

	if (strchr(name, '/'))
		return is_program(name) ? xasprintf("%s", name) : NULL;
	if (!dirs)
		dirs = "/bin:/usr/bin";
	for (;;) {
		size_t n = strcspn(dirs, ":");
		char *path = n ? xasprintf("%.*s/%s", (int)n, dirs, name) :
				 xasprintf("./%s", name);

		if (is_program(path))
			return path;
		if (errno == EACCES)
			err = EACCES;
		free(path);
		if (!dirs[n])
			break;
		dirs += n + 1;
	}
	errno = err;
	return NULL;
}

static int image_open(struct image *image, const char *path)
{
	struct stat st;
	void *map;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size <= 0) {
		close(fd);
		return -1;
	}
	map = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (map == MAP_FAILED)
		return -1;
	image->bytes = map;
	image->size = st.st_size;
	return 0;
}

/* @len bytes at @off, or NULL where the file is too short. */
static const void *image_at(const struct image *image, size_t off, size_t len)
{
	if (off > image->size || len > image->size - off)
		return NULL;
	return image->bytes + off;
}

static bool elf_is_dynamic(const struct image *image, const ehdr_t *eh)
{
	unsigned int i;

	for (i = 0; i < eh->e_phnum; i++) {
		const phdr_t *ph;

		ph = image_at(image, eh->e_phoff + i * sizeof(*ph),
			      sizeof(*ph));
		if (ph && ph->p_type == PT_INTERP)
			return true;
	}
	return false;
}

static bool is_go_section(const char *name, size_t room)
{
	return (room >= sizeof(".go.buildinfo") &&
		strcmp(name, ".go.buildinfo") == 0) ||
	       (room >= sizeof(".note.go.buildid") &&
		strcmp(name, ".note.go.buildid") == 0);
}

static bool elf_is_go(const struct image *image, const ehdr_t *eh)
{
	const shdr_t *sh, *names;
	unsigned int i;

	sh = image_at(image, eh->e_shoff, eh->e_shnum * sizeof(*sh));
	if (!sh || eh->e_shstrndx >= eh->e_shnum)
		return false;
	names = &sh[eh->e_shstrndx];
	if (!image_at(image, names->sh_offset, names->sh_size))
		return false;
	for (i = 0; i < eh->e_shnum; i++) {
		if (sh[i].sh_name >= names->sh_size)
			continue;
		if (is_go_section((const char *)image->bytes +
				  names->sh_offset + sh[i].sh_name,
				  names->sh_size - sh[i].sh_name))
			return true;
	}
	return false;
}

/*
 * For whom the kernel sets AT_SECURE: set-ID programs that change an ID, and
 * file capabilities unless the real user is root.
 */
static const char *privilege_of(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return NULL;
	if ((st.st_mode & S_ISUID) && st.st_uid != getuid())
		return "is setuid, so LD_PRELOAD is ignored";
	if ((st.st_mode & 02010) == 02010 && st.st_gid != getgid())
		return "is setgid, so LD_PRELOAD is ignored";
	if (getuid() != 0 &&
	    getxattr(path, "security.capability", NULL, 0) > 0)
		return "has file capabilities, so LD_PRELOAD is ignored unless root runs it";
	return NULL;
}

static void says_linux(const char *path, const char *why)
{
	warn("%s %s: it will use Linux's stack", path, why);
}

static void explain_elf(const char *path, const struct image *image)
{
	const ehdr_t *eh = image_at(image, 0, sizeof(*eh));
	const char *privilege = privilege_of(path);
	struct image own;
	bool native;

	if (!eh || image_open(&own, "/proc/self/exe"))
		return;
	/* Class, data and machine: our library fits only its own kind. */
	native = eh->e_ident[EI_CLASS] == own.bytes[EI_CLASS] &&
		 eh->e_ident[EI_DATA] == own.bytes[EI_DATA] &&
		 eh->e_machine == ((const ehdr_t *)own.bytes)->e_machine;
	munmap((void *)own.bytes, own.size);

	if (!native)
		says_linux(path, "is for another architecture than our library");
	else if (!elf_is_dynamic(image, eh))
		says_linux(path, "is statically linked and cannot be redirected");
	else if (privilege)
		says_linux(path, privilege);
	else if (elf_is_go(image, eh))
		says_linux(path, "is a Go program, which makes system calls itself");
}

/* The word at *@s, malloc'ed; *@s moves behind it. NULL at the end. */
static char *next_word(const char **s)
{
	char *word;
	size_t n;

	*s += strspn(*s, " \t");
	n = strcspn(*s, " \t\r");
	if (!n)
		return NULL;
	word = xasprintf("%.*s", (int)n, *s);
	*s += n;
	return word;
}

/* The program that "#!" names; what env(1) would start if it names env. */
static char *script_interpreter(const struct image *image)
{
	const char *end, *rest;
	char *line, *word, *base, *path;

	end = memchr(image->bytes, '\n', image->size);
	line = xasprintf("%.*s",
			 (int)(end ? (size_t)(end - (char *)image->bytes) :
				     image->size), image->bytes);
	rest = line + 2;
	word = next_word(&rest);
	base = word ? strrchr(word, '/') : NULL;
	if (base && strcmp(base, "/env") == 0) {
		do {	/* its options and settings of variables */
			free(word);
			word = next_word(&rest);
		} while (word && (word[0] == '-' || strchr(word, '=')));
	}
	path = word ? program_find(word) : NULL;
	free(word);
	free(line);
	return path;
}

static void explain(const char *path, int depth)
{
	struct image image;
	char *next = NULL;

	if (image_open(&image, path))
		return;	/* execute-only: nothing can be said */
	if (image.size >= SELFMAG &&
	    memcmp(image.bytes, ELFMAG, SELFMAG) == 0)
		explain_elf(path, &image);
	else if (image.size >= 2 && memcmp(image.bytes, "#!", 2) == 0)
		next = script_interpreter(&image);
	munmap((void *)image.bytes, image.size);
	if (next && depth < SCRIPT_DEPTH)
		explain(next, depth + 1);
	free(next);
}

void program_explain(const char *path)
{
	explain(path, 0);
}

/* A compute job: threads bound to processors by libgomp, and an exact sum. */
#include <omp.h>
#include <stdio.h>

int main(void)
{
    long sum = 0;

#pragma omp parallel for reduction(+ : sum) num_threads(4) schedule(dynamic, 1000)
    for (long i = 1; i <= 1000000; i++)
        sum += i;
    printf("%ld on %d processors\n", sum, omp_get_num_procs());
    return sum != 500000500000;
}
